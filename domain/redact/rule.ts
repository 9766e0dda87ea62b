/**
 * What a rule of the redactor is.
 */

/** What a value must look like beside its shape, where the shape alone would also take names, types and placeholders. */
export type Judge = 'value' | 'mixed' | 'entropy' | 'address'

/** A kind of secret, as data. */
export interface SecretRule {
  /** What stands in the place of the secret: one word. */
  readonly word: string
  /** Lower-case words of which a text that holds one has at least one; none: every text is looked through. */
  readonly needs: ReadonlyArray<string>
  /** The group `s` is the secret, where the match is more than that. With the flags `d` and `g`. */
  readonly pattern: RegExp
  readonly judge?: Judge
  /** The secret is so much of its own kind that it is found although a line end or a colour stands in it. */
  readonly isDistinct?: true
  /** Texts that hold one and that hold none; `{a20}` stands for twenty letters and digits, see `test/support/secrets.ts`. */
  readonly yes: string
  readonly no: string
}

/** A rule of a token with a beginning of its own: `ghp_…`. */
export const token = (
  word: string,
  needs: string,
  pattern: string,
  yes: string,
  no: string
): SecretRule => ({
  word,
  needs: needs.split(' '),
  pattern: new RegExp(`(?<![A-Za-z0-9])(?:${pattern})(?![A-Za-z0-9])`, 'dg'),
  isDistinct: true,
  yes,
  no
})

/** A rule of what stands behind a name: `name: secret`. Letter case does not matter. */
export const named = (
  word: string,
  needs: string,
  pattern: string,
  yes: string,
  no: string,
  judge?: Judge
): SecretRule => ({
  word,
  needs: needs.split(' '),
  pattern: new RegExp(pattern, 'dgi'),
  ...(judge === undefined ? {} : { judge }),
  yes,
  no
})
