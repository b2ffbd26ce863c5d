/** The version of this release, as `specify version` prints it. */
export const VERSION = '0.1.0';
