/**
 * Whether `error` is the system's error `code`, such as `ENOENT`.
 *
 * @param {unknown} error
 * @param {...string} codes
 */
export function isSystemError(error, ...codes) {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
