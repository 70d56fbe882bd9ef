/** Where the JavaScript is: below it as the sources are below `test/`. */
export declare const OUT: string;
