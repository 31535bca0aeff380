/**
 * Begins every text that holds tags; any other text is plain JSON. The comparison is exact, so
 * plain data need no escaping, whatever their keys; only a root that has a key `$tagged` itself
 * is written with tags. They are objects of one key:
 *
 *     {"$literal":"undefined"}               also NaN, Infinity, -Infinity and -0
 *     {"$bigint":"12"}
 *     {"$Date":"2026-11-23T08:00:00.000Z"}   null for an invalid one
 *     {"$URL":"https://example.com/"}
 *     {"$Uint8Array":"AP8+"}                 base64
 *     {"$Map":[["key","value"]]}
 *     {"$Set":["item"]}
 *     {"$plain":{"$Date":1}}                 an object whose one key begins with $
 *     {"$shared":[0,{"a":1}]}                what is met again, counted from 0 as it begins,
 *     {"$ref":0}                             and where it is met again
 */
export const TAGGED = '{"$tagged":'

/** Objects, arrays, Maps and Sets inside one another, at most. */
export const MAX_DEPTH = 500

/** Parsing long integers takes more than linear time. So does converting long host names. */
export const MAX_BIGINT_BITS = 32_768
export const MAX_URL_LENGTH = 8192

/** A hole takes 24 characters, and `array[4e9] = 1` makes four billion of them. */
export const MAX_SPARSE_LENGTH = 10_000
