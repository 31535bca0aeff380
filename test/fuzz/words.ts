/** The words of a text, which white space separates: long lists, to be read at a glance. */
export function words(text: string): string[] {
  return text.trim().split(/[ \n]+/)
}
