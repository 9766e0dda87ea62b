/**
 * The whole thread in a strip: prompts, failures, compactions and what was taken back, where they are. The list beside it has the same
 * in words.
 */
import { useEffect, useRef } from 'preact/hooks'
import { theme } from '../state/preferences.ts'
import type { OutlinedTurn } from '../../domain/unroll-protocol.ts'

export const STRIP_PX = 6

/** The colours of prompts, of what was taken back, of compactions, damage and failures: what stands out most is the last. */
const COLORS = ['--line-strong', '--dim', '--accent', '--warn', '--bad'] as const

/** The place of the colour of a turn; -1 for none. */
export const markOf = ({ asked, flags, status, failed }: OutlinedTurn): number => {
  if (status === 'failed' || (failed ?? 0) > 0) return 4
  if (flags.includes('damaged')) return 3
  if (flags.includes('compacted')) return 2
  if (flags.includes('rolledBack')) return 1
  return asked === null ? -1 : 0
}

interface MinimapProps {
  readonly rows: ReadonlyMap<number, OutlinedTurn>
  /** Another number when rows came. */
  readonly drawn: number
  readonly total: number
  readonly current: number
  readonly go: (n: number) => void
}

/** A colour of the page as it is in this theme. */
const colorOf = (canvas: HTMLCanvasElement, name: string): string => {
  canvas.style.color = `var(${name})`
  return getComputedStyle(canvas).color
}

/** What each pixel of a strip shows: of the turns that share it the one that stands out most. */
export const pixelsOf = (
  rows: Iterable<OutlinedTurn>,
  total: number,
  heightPx: number
): ReadonlyArray<number> => {
  const pixels = new Array<number>(Math.ceil(heightPx)).fill(-1)
  const rowPx = heightPx / Math.max(1, total)
  const px = Math.max(1, Math.min(4, Math.floor(rowPx - 1)))
  for (const turn of rows) {
    const mark = markOf(turn)
    const first = Math.floor(turn.n * rowPx)
    for (let at = first; at < first + px && at < pixels.length; at += 1)
      if (mark > (pixels[at] ?? -1)) pixels[at] = mark
  }
  return pixels
}

const paint = (canvas: HTMLCanvasElement, { rows, total }: MinimapProps): void => {
  const { clientHeight } = canvas
  const scale = devicePixelRatio
  canvas.width = STRIP_PX * scale
  canvas.height = clientHeight * scale
  const pen = canvas.getContext('2d')
  if (pen === null) return
  pen.scale(scale, scale)
  const colors = COLORS.map((name) => colorOf(canvas, name))
  for (const [at, mark] of pixelsOf(rows.values(), total, clientHeight).entries()) {
    const color = colors[mark]
    if (color === undefined) continue
    pen.fillStyle = color
    pen.fillRect(0, at, STRIP_PX, 1)
  }
}

export const Minimap = (props: MinimapProps) => {
  const { total, drawn, current, go } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, props)
  }, [drawn, total, theme.value, canvas.current?.clientHeight])
  return (
    <div class="minimap" aria-hidden="true">
      <canvas
        ref={canvas}
        onClick={(event) => {
          const { top, height } = event.currentTarget.getBoundingClientRect()
          go(Math.min(total - 1, Math.floor(((event.clientY - top) / height) * total)))
        }}
      />
      <span class="minimap-here" style={{ top: `${(100 * current) / Math.max(1, total)}%` }} />
    </div>
  )
}
