/** The languages a page can be asked for. */
export type Language = 'en' | 'de'

/** Languages and the two pseudo-locales of the tests: accented and longer, and right to left. */
export type Locale = Language | 'en-XA' | 'ar-XB'
