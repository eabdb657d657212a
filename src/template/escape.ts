const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\0": "\uFFFD",
};

/** `text` for HTML, as Go's `html` has it. */
export function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (character) => HTML_ENTITIES[character] ?? character);
}

/** `text` for a string of JavaScript, as Go's `js` has it. */
export function escapeJavaScript(text: string): string {
  return text.replace(/[\\'"<>&=]|[^\p{L}\p{M}\p{N}\p{P}\p{S} \x7f]/gu, (character) => {
    if (/[\\'"]/.test(character)) return `\\${character}`;
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
}

/** `text` for the query of a URL, as Go's `urlquery` has it. */
export function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
