/**
 * Names of the folders of versions. Apart from their order, which needs more.
 */

/** The version of a plugin installed from a folder that names none; it is always active. */
export const LOCAL_VERSION = 'local'

/** True for a text that may name the folder of a version. */
export const isVersion = (text: string): boolean =>
  /^[A-Za-z0-9._+-]+$/.test(text) && text !== '.' && text !== '..'
