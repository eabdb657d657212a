/** One line of printable ASCII. What else there is shows as its code: letters that look alike, that turn the line round, that steer the terminal. */
export function plainLine(text: string): string {
  return text.replaceAll(/[^ -~]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
