/**
 * The whole thread in a strip: prompts, failures, compactions and what was taken back, where they are. The list beside it has the same
 * in words.
 */
import { useEffect, useRef } from 'preact/hooks'
import type { OutlinedTurn } from '../../domain/unroll-protocol.ts'

export const STRIP_PX = 6

type MinimapMark = 'prompt' | 'rolledBack' | 'compacted' | 'damaged' | 'failed'

/** What stands out most is painted last. */
const MARKS: ReadonlyArray<readonly [mark: MinimapMark, color: string]> = [
  ['prompt', '--line-strong'],
  ['rolledBack', '--dim'],
  ['compacted', '--accent'],
  ['damaged', '--warn'],
  ['failed', '--bad']
]

export const marksOf = (turn: OutlinedTurn): ReadonlyArray<MinimapMark> => [
  ...(turn.asked === null ? [] : (['prompt'] as const)),
  ...turn.flags.filter(
    (flag) => flag === 'rolledBack' || flag === 'compacted' || flag === 'damaged'
  ),
  ...(turn.status === 'failed' || (turn.failed ?? 0) > 0 ? (['failed'] as const) : [])
]

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

const paint = (canvas: HTMLCanvasElement, { rows, total, current }: MinimapProps): void => {
  const { clientHeight } = canvas
  const scale = devicePixelRatio
  canvas.width = STRIP_PX * scale
  canvas.height = clientHeight * scale
  const pen = canvas.getContext('2d')
  if (pen === null) return
  pen.scale(scale, scale)
  const rowPx = clientHeight / Math.max(1, total)
  const px = Math.max(1, Math.min(4, rowPx - 1))
  for (const [mark, color] of MARKS) {
    pen.fillStyle = colorOf(canvas, color)
    for (const turn of rows.values())
      if (marksOf(turn).includes(mark)) pen.fillRect(0, turn.n * rowPx, STRIP_PX, px)
  }
  pen.fillStyle = colorOf(canvas, '--text')
  pen.fillRect(0, current * rowPx, 2, Math.max(3, rowPx))
}

export const Minimap = (props: MinimapProps) => {
  const { total, drawn, current, go } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, props)
  }, [drawn, total, current, canvas.current?.clientHeight])
  return (
    <canvas
      ref={canvas}
      class="minimap"
      aria-hidden="true"
      onClick={(event) => {
        const { top, height } = event.currentTarget.getBoundingClientRect()
        go(Math.min(total - 1, Math.floor(((event.clientY - top) / height) * total)))
      }}
    />
  )
}
