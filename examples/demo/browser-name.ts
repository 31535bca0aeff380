/** The first that fits: nearly all of them say that they are Mozilla, and most that they are Safari. */
const BROWSERS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
]

const SYSTEMS: readonly (readonly [name: string, sign: RegExp])[] = [
  ['an iPhone', /\biPhone\b/],
  ['an iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]

const LONGEST_UNKNOWN = 40

/** A name that its owner recognises: Firefox on Windows. What is not known is shown as it came. */
export function browserName(userAgent: string | null): string {
  if (userAgent === null) return 'Something that does not say what it is'
  const browser = nameIn(BROWSERS, userAgent)
  const system = nameIn(SYSTEMS, userAgent)
  if (browser === undefined) return userAgent.slice(0, LONGEST_UNKNOWN)
  return system === undefined ? browser : `${browser} on ${system}`
}

/** Only for the drawing beside the name. */
export function isHandheld(userAgent: string | null): boolean {
  return /\b(?:iPhone|iPad|Android|Mobile)\b/.test(userAgent ?? '')
}

function nameIn(
  known: readonly (readonly [name: string, sign: RegExp])[],
  userAgent: string,
): string | undefined {
  return known.find(([, sign]) => sign.test(userAgent))?.[0]
}
