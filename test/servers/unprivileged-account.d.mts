export declare function unprivilegedAccount(): { readonly uid: number; readonly gid: number } | undefined;
