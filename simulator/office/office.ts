// A simulated office around one station: devices on a table, a person at the counter who does what the devices ask for, blanks in the feeder, a centre.
// Everything is made from one seed. It knows models and people, no transport and no daemon.

import { type SimulatedCentre, simulatedCentre } from '../centre/centre.js'
import type { CentreFolder } from '../centre/folder.js'
import type { CentreBiometrics } from '../centre/issuing.js'
import { population } from '../centre/population.js'
import type { SimulatedClock } from '../model/capture-device.js'
import { createDeviceKey } from '../model/capture-device.js'
import { ReferenceCard } from '../model/card/card.js'
import { CardPrinterModel, type Coupler } from '../model/card-printer.js'
import { faceCameraModel } from '../model/face-camera.js'
import { irisCameraModel } from '../model/iris-camera.js'
import { slapScannerModel } from '../model/slap-scanner.js'
import { topazPadModel } from '../model/topaz-pad.js'
import { type Body, ordinaryBody, wholeBody } from '../people/body.js'
import type { Person } from '../people/person.js'
import { type SeededRandom, seededRandom } from '../seeded-random.js'
import { atTheCounter, type Counter, type Manner, type Trick } from './counter.js'

export interface OfficeOptions {
  readonly seed: number
  readonly clock: SimulatedClock
  readonly biometrics: CentreBiometrics
  readonly coupler: Coupler
  /** The first person to come; later ones are synthetic. */
  readonly first?: Person
  /** Blanks in the printer's feeder. */
  readonly blanks?: number
  /** Where the centre lives on between starts. */
  readonly centreFolder?: CentreFolder
  /** Distinguishes the blanks of one delivery from those of another. Default: the seed. */
  readonly batch?: string
  /** How people come before the devices; coached unless given. Of natural manner they have ordinary bodies, unless `body` says otherwise. */
  readonly manner?: Manner
  /** Body of each person to come, by number from 0. */
  readonly body?: (number: number) => Partial<Body>
  /** From a packet's receipt to PRINT_READY_RECORD. */
  readonly printReadyAfterMs?: number
}

export interface Office {
  readonly scanner: ReturnType<typeof slapScannerModel>
  readonly irisCamera: ReturnType<typeof irisCameraModel>
  readonly faceCamera: ReturnType<typeof faceCameraModel>
  readonly pad: ReturnType<typeof topazPadModel>
  readonly printer: CardPrinterModel
  readonly centre: SimulatedCentre
  /** The next person comes to the counter and is known to the registry. @param invited instead of whoever would come next @param manner instead of the office's own */
  callPerson(invited?: Person, manner?: Manner): Promise<{ readonly nik: string; readonly name: string }>
  readonly personAtCounter: Person | undefined
  /** Speaks with whoever stands there, and knows what is truly before the devices. */
  readonly counter: Counter
  /** Somebody who will never come by themselves, for a trick; the same for the same number. */
  stranger(number: number): Promise<Person>
  /** From now on the scanner is shown this instead; undefined: the person is honest again. */
  play(trick: Trick | undefined): void
  /** What the site would have written into its configuration. */
  readonly settings: {
    readonly trustedDevices: readonly {
      readonly serial: string
      readonly kind: 'slap_scanner' | 'iris_camera' | 'face_camera'
      readonly publicKey: string
    }[]
    readonly blanks: readonly { readonly serial: string; readonly chipUid: string }[]
  }
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

export function createOffice(options: OfficeOptions): Office {
  const { seed, clock } = options
  const random = seededRandom(seed)
  const people = population(options.centreFolder?.people)
  const counter: Counter = atTheCounter(clock, options.manner ?? 'coached')
  let next = 0
  const bodyOf = (number: number): Partial<Body> => {
    if (options.body) return options.body(number)
    return options.manner === 'natural' ? ordinaryBody(random.fork(`body ${number}`)) : wholeBody
  }

  const device = (serial: string) => ({ serial, clock, random: random.fork(serial), key: createDeviceKey() })
  const scanner = slapScannerModel({ ...device(`SIM-SLAP-${seed}`), images: counter.fingers })
  const irisCamera = irisCameraModel({ ...device(`SIM-IRIS-${seed}`), images: counter.eyes })
  const faceCamera = faceCameraModel({ ...device(`SIM-FACE-${seed}`), images: counter.face })
  const pad = topazPadModel({ clock })
  pad.onClear(() => counter.sign(pad))

  const batch = options.batch ?? String(seed)
  const blanks = makeBlanks(random.fork(`blanks ${batch}`), batch, options.blanks ?? 20)
  const printer = new CardPrinterModel({ serial: `SIM-PRINTER-${seed}`, clock, coupler: options.coupler, feeder: blanks })
  const centre = simulatedCentre({
    clock,
    random: random.fork('centre'),
    population: people,
    biometrics: options.biometrics,
    printReadyAfterMs: options.printReadyAfterMs ?? 2_000,
    ...(options.centreFolder?.memory && { memory: options.centreFolder.memory }),
    ...(options.centreFolder && { keep: options.centreFolder.keep }),
    ...(clock.hold && { hold: clock.hold.bind(clock) }),
  })

  return {
    scanner,
    irisCamera,
    faceCamera,
    pad,
    printer,
    centre,
    get personAtCounter() {
      return counter.person
    },
    play: (trick) => {
      counter.trick = trick
    },
    counter,
    stranger: async (number) => {
      const { syntheticPerson } = await import('../people/synthetic.js')
      return syntheticPerson(Math.floor(random.fork(`stranger ${number}`).next() * 2 ** 32))
    },
    callPerson: async (invited, manner) => {
      const number = next++
      // Loaded with the first person: opening the office does not wait for what draws faces.
      const { syntheticPerson } = await import('../people/synthetic.js')
      const person =
        invited ?? (number === 0 && options.first ? options.first : syntheticPerson(seed * 1_000 + number, { body: bodyOf(number) }))
      people.add(person.biodata)
      counter.receive(person, random.fork(`ways ${number}`), manner)
      return { nik: person.biodata.nik, name: person.biodata.name }
    },
    settings: {
      trustedDevices: [scanner, irisCamera, faceCamera].map(({ serial, kind, publicKey }) => ({ serial, kind, publicKey })),
      blanks: blanks.map(({ serial, chip }) => ({ serial, chipUid: hex(chip.uid) })),
    },
  }
}

function makeBlanks(random: SeededRandom, batch: string, count: number) {
  return Array.from({ length: count }, (_, i) => ({
    serial: `SIM-${batch}-${String(i + 1).padStart(6, '0')}`,
    chip: new ReferenceCard({ random: random.fork(`chip ${i}`) }),
  }))
}
