/**
 * Files that the browser keeps.
 */

/** Hands a file to the person; it never leaves the machine. */
export const saveFile = (name: string, content: Blob): void => {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** The same of a text that the page made. */
export const saveText = (name: string, type: string, text: string): void =>
  saveFile(name, new Blob([text], { type }))
