// Faults of cables and devices in the middle of a capture.

import type { CaptureDeviceModel } from '../../../../simulator/model/capture-device.js'
import { operatorMs } from '../../../../simulator/people/reaction.js'
import { deviceOf } from '../../../modality.js'
import { captureModel, pullOut, pushIn } from '../cables.js'
import { between, inCapture } from './draw.js'
import type { FaultRow, Scene } from './table.js'

/** Whatever the device was doing, its user may hear any of these until it is open again. */
const lost = ['device.unplugged', 'device.absent', 'device.timeout', 'device.frames_missing', 'device.protocol', 'device.stall'] as const
const again = ['absorbed', 'repeated'] as const

const deviceAt = ({ strike }: Scene) => (strike.at === 'capture' ? deviceOf(strike.modality) : 'slap_scanner')

/** A row that does something to the model in the middle of a capture. */
const onModel = (name: string, tells: FaultRow['tells'], act: (model: CaptureDeviceModel, scene: Scene) => void): FaultRow => ({
  ...{ name, area: 'device', tells, ends: again },
  strike: (random) => inCapture(random),
  inflict: (scene) => act(captureModel(scene.lives.world, deviceAt(scene)), scene),
})

async function pullAndPush(scene: Scene): Promise<void> {
  const kind = deviceAt(scene)
  const { world } = scene.lives
  await pullOut(world, kind)
  scene.clock.after(operatorMs.replugs, () => void pushIn(world, kind))
}

export const deviceFaults: readonly FaultRow[] = [
  {
    ...{ name: 'cable_pulled', area: 'device', tells: lost, ends: again },
    strike: (random) => inCapture(random),
    inflict: pullAndPush,
  },
  {
    ...{ name: 'pad_pulled', area: 'device', tells: [...lost, 'device.line_noise'], ends: again },
    strike: (random) => inCapture(random, ['signature'], 3_000),
    inflict: pullAndPush,
  },
  onModel('device_hangs', lost, (model) => model.wedge()),
  onModel('device_mute', lost, (model) => model.silence()),
  onModel('endpoint_halts', lost, (model) => model.stall()),
  onModel('sensor_freezes', [...lost, 'device.frames_frozen', 'capture.nothing_seen'], (model) => model.freeze()),
  onModel('frames_damaged', ['device.frames_corrupt', 'device.frames_missing', 'device.protocol'], (model, { random }) =>
    model.corruptNext(between(random, 2, 12)),
  ),
  onModel('frames_short', ['device.frames_corrupt', 'device.frames_missing', 'device.protocol'], (model, { random }) =>
    model.shortNext(between(random, 1, 6)),
  ),
  onModel('frames_doubled', ['device.frames_frozen', 'device.frames_corrupt', 'device.protocol'], (model, { random }) =>
    model.repeatNext(between(random, 1, 3)),
  ),
  onModel('frames_wrong_size', ['device.frames_corrupt', 'device.frames_missing', 'device.protocol'], (model, { random }) =>
    model.wrongSizeNext(between(random, 1, 4)),
  ),
  onModel('device_clock_jumps', [], (model, { random }) => model.jumpClock(between(random, -3_600_000, 3_600_000))),
  // A hub that others share, for a minute.
  onModel('cable_slow', ['device.frames_missing'], (model, { random, clock }) => {
    model.slowUsb(between(random, 4, 12) * 1_000_000)
    clock.after(60_000, () => model.slowUsb(undefined))
  }),
]
