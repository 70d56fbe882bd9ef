/**
 * Makes one file of an app and all that it imports, the package as it is built included.
 *
 * @param input Path of the app's main module.
 * @param file Where to write.
 */
export declare function bundleApp(input: string, file: string): Promise<void>;
