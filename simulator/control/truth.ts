// The ground truth of the moment, for the control interface: everything in it was drawn, nothing measured.

import type { Office } from '../office/office.js'
import type { PlatenTruth } from '../office/truth.js'
import { fingersOf } from '../people/person.js'

const slaps = ['right_four', 'left_four', 'thumbs'] as const

export async function truthOf(office: Office): Promise<object> {
  const { personAtCounter: person, counter, scanner, irisCamera, faceCamera, centre, printer } = office
  const eyes = counter.truth.eyes()
  const face = counter.truth.face()
  return {
    person: person && { ...person.biodata, source: person.source, body: person.body, manner: counter.manner },
    devices: {
      slap_scanner: { serial: scanner.serial, asksForFingers: positions.filter((position) => isLit(scanner.indicator, position - 1)) },
      iris_camera: { serial: irisCamera.serial, asksForRight: isLit(irisCamera.indicator, 0), asksForLeft: isLit(irisCamera.indicator, 1) },
      face_camera: { serial: faceCamera.serial, asks: faceCamera.indicator !== 0 },
    },
    /** What the last frame of each device shows, and what the pen wrote last. */
    platen: await platenOf(counter.truth.platen()),
    eyes: eyes && { nik: eyes.person.biodata.nik, right: eyes.right, left: eyes.left, shown: eyes.shown, look: eyes.look },
    face: face && { nik: face.person.biodata.nik, presentation: face.presentation },
    signature: counter.truth.signature && { nik: counter.truth.signature.person.biodata.nik, wrote: counter.truth.signature.wrote },
    centre: {
      reachable: !centre.script.unreachable,
      packetIds: centre.packetIds,
      cardsHandedOver: centre.cardsHandedOver,
    },
    printedCards: printer.output.length,
  }
}

const positions = Array.from({ length: 10 }, (_, i) => i + 1)
const isLit = (mask: number, bit: number): boolean => (mask & (1 << bit)) !== 0

/** Fingers that lie still do not say where: a whole hand of a drawn person lies where its picture has it. */
async function platenOf(truth: PlatenTruth | undefined): Promise<object | undefined> {
  if (!truth) return undefined
  const { person, fingers, ghosts, known } = truth
  const missing = person?.body.missingFingers ?? []
  const laid = fingers.map(({ position }) => position)
  const whole = slaps.find((slap) => laid.length > 0 && fingersOf[slap].filter((each) => !missing.includes(each)).join() === laid.join())
  const drawn = whole && fingers.some(({ at }) => !at) ? await person?.truth?.slap(whole) : undefined
  const where = (position: number) => {
    const finger = drawn?.find((each) => each.position === position)
    return finger && { x: finger.cx, y: finger.cy }
  }
  return {
    nik: person?.biodata.nik,
    fingers: fingers.map((finger) => ({ ...finger, at: finger.at ?? where(finger.position) })),
    ghosts,
    known,
  }
}
