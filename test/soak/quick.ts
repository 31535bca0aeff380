/** The short form of the campaign: enough for what leaks with every request, or every watch. */
export const QUICK = { beats: 9, requests: 150, perSecond: 250, people: 40 }
