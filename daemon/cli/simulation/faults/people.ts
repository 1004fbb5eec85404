// What people do, in error or on purpose: other fingers than asked for, or coming a second time.

import type { Trick } from '../../../../simulator/office/counter.js'
import { type FingerPosition, type GreyImage, type Person, platen } from '../../../../simulator/people/person.js'
import { syntheticPerson } from '../../../../simulator/people/synthetic.js'
import { between } from './draw.js'
import type { FaultRow } from './table.js'

/** How far from the middle of the platen two single fingers are laid. */
const asidePx = 250

/** Two pictures on one platen: where both touch, the darker one shows. */
async function together(a: Promise<GreyImage>, b: Promise<GreyImage>): Promise<GreyImage> {
  const [first, second] = await Promise.all([a, b])
  return { ...platen, grey: first.grey.map((level, at) => Math.min(level, second.grey[at] ?? 255)) }
}

const twice = ({ images }: Person, position: FingerPosition, seed: number) =>
  together(images.finger(position, { dxPx: -asidePx, seed }), images.finger(position, { dxPx: asidePx, seed: seed + 1 }))

const row = (name: string, strikeAt: 'arrival', trick: (person: Person, pick: number) => Trick): FaultRow => ({
  ...{ name, area: 'people', tells: [], ends: ['retaken', 'judged'] },
  strike: () => ({ at: strikeAt }),
  inflict: ({ play, person, random }) => play(trick(person, between(random, 0, 1_000))),
})

export const peopleFaults: readonly FaultRow[] = [
  row('other_hand', 'arrival', ({ images }, pick) => {
    const [instead, laid] = pick % 2 === 0 ? (['left_four', 'right_four'] as const) : (['right_four', 'left_four'] as const)
    return (asked) => (asked === instead ? images.slap(laid) : undefined)
  }),
  row('hands_swapped', 'arrival', ({ images }) => (asked) => {
    if (asked === 'right_four') return images.slap('left_four')
    return asked === 'left_four' ? images.slap('right_four') : undefined
  }),
  row('same_finger_twice', 'arrival', (person, pick) => {
    const position = pick % 2 === 0 ? 2 : 7
    return (asked) => (asked === 'index_fingers' ? twice(person, position, pick) : undefined)
  }),
  row('same_thumb_twice', 'arrival', (person, pick) => {
    const position = pick % 2 === 0 ? 1 : 6
    return (asked) => (asked === 'thumbs' ? twice(person, position, pick) : undefined)
  }),
  row('another_persons_fingers', 'arrival', (_person, pick) => {
    const { images } = syntheticPerson(2_000_000 + pick)
    return (asked) => (asked === 'index_fingers' ? images.indexFingers() : undefined)
  }),
  {
    // Told by the registry before anything is captured; the day knows who was recorded before.
    ...{ name: 'comes_again', area: 'people', tells: ['case.already_recorded'], ends: ['sent_away'] },
    strike: () => ({ at: 'arrival' }),
    inflict: () => {},
  },
]
