/**
 * How sure a reconstructed fact is.
 *
 * Shape:  `recorded`: a line says it in so many words. `derived`: it follows from lines by a rule without exception.
 *         `inferred`: it follows from text or from what is not there. `unknown`: no line can tell, and none is guessed.
 */
export type Certainty = 'recorded' | 'derived' | 'inferred' | 'unknown'
