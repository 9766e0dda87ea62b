/**
 * SKILLS: whole folders; the text of a skill is put in Codex's words, other files stay as they are.
 */

/** True for the file that makes a folder a skill, as its copy is told. */
export const isSkillText = (name: string): boolean => name.toLowerCase() === 'skill.md'
