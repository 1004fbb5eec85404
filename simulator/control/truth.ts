// The ground truth of the moment, for the control interface: everything in it was drawn, nothing measured.

import type { Office } from '../office/office.js'
import { fingersOf, type Slap } from '../people/person.js'

const slaps = ['right_four', 'left_four', 'thumbs'] as const

export async function truthOf(office: Office): Promise<object> {
  const { personAtCounter: person, scanner, irisCamera, faceCamera, centre, printer } = office
  const asked = Array.from({ length: 10 }, (_, i) => i + 1).filter((position) => (scanner.indicator & (1 << (position - 1))) !== 0)
  const slap = slaps.find(
    (name) => fingersOf[name].length === asked.length && fingersOf[name].every((position) => asked.includes(position)),
  )
  return {
    person: person && { ...person.biodata, source: person.source },
    devices: {
      slap_scanner: { serial: scanner.serial, asksForFingers: asked },
      iris_camera: {
        serial: irisCamera.serial,
        asksForRight: (irisCamera.indicator & 1) !== 0,
        asksForLeft: (irisCamera.indicator & 2) !== 0,
      },
      face_camera: { serial: faceCamera.serial, asks: faceCamera.indicator !== 0 },
    },
    /** As they lie in the slap that is asked for, when all of it is laid down. */
    fingers: slap === undefined ? [] : await fingersIn(office, slap),
    centre: {
      reachable: !centre.script.unreachable,
      packetIds: centre.packetIds,
      cardsHandedOver: centre.cardsHandedOver,
    },
    printedCards: printer.output.length,
  }
}

async function fingersIn({ personAtCounter: person }: Office, slap: Slap): Promise<readonly object[]> {
  const truth = (await person?.truth?.slap(slap)) ?? []
  return truth.map(({ position, cx, cy, width, height, angleDeg, pattern }) => ({ position, cx, cy, width, height, angleDeg, pattern }))
}
