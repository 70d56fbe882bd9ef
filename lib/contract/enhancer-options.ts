/** The families of what Nest puts around a handler. */
export const ENHANCER_FAMILIES = ['guards', 'interceptors', 'pipes', 'filters'] as const;

export type EnhancerFamily = (typeof ENHANCER_FAMILIES)[number];

/**
 * What stands around tasks beside that which their methods and classes name.
 *
 * @example
 * TasksModule.forRoot({ enhancers: { globals: ['interceptors', 'pipes'] } })
 */
export interface EnhancerOptions {
  /**
   * The families whose global members (`APP_GUARD`, `useGlobalPipes()` and the like) stand around tasks, too. Default: none,
   * since most of them are written for requests.
   */
  readonly globals?: readonly EnhancerFamily[] | undefined;
}
