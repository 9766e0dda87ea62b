/**
 * How deeply YAML is nested. The reader of YAML calls itself for every level, and near the end of the stack a program can die in it
 * without an error; so depth is looked at before anything is read.
 */
import { Lexer, Parser } from 'yaml'

/** Deeper than what people write, and far from the end of any stack. */
const DEPTH_MAX = 256

/** True for a text in which collections stand in each other too deeply to be read. */
export const isTooDeep = (text: string): boolean => {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    Array.from(parser.next(lexeme))
    if (parser.stack.length > DEPTH_MAX) return true
  }
  return false
}
