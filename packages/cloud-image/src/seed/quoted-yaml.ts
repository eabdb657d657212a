/** No text in quotes is folded. */
export const ONE_LINE_TEXTS = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const;

/** YAML with every text in double quotes, so that none can be taken for something else: YAML 1.1 and 1.2 read it alike. */
export async function quotedYaml(value: object): Promise<string> {
  const { Scalar, stringify } = await import("yaml");
  const style = { defaultStringType: Scalar.QUOTE_DOUBLE, defaultKeyType: Scalar.PLAIN, aliasDuplicateObjects: false } as const;
  return stringify(value, { ...ONE_LINE_TEXTS, ...style });
}
