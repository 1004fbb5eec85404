// What captures are looked at with in tests: the kernels in this thread, the networks opened once.

import { type Applicant, openFaceWatch } from '../../daemon/capture/face-watch.js'
import type { LookTarget, LookTask } from '../../daemon/capture/look.js'
import { defaultPhotoPolicy } from '../../daemon/kernels/face/ktp-photo.js'
import { openSimd } from '../../daemon/kernels/simd/simd.js'
import type { Person } from '../../simulator/people/person.js'

const simd = openSimd()
export const lookers = { simd, faces: openFaceWatch(defaultPhotoPolicy, simd) }

const applicantFrom = ({ biodata }: Person): Applicant => ({
  birthYear: Number(biodata.birthDate.slice(0, 4)),
  citizen: biodata.citizenship === 'WNI',
})

export const taskOf = (target: LookTarget, person: Person): LookTask => ({ target, captureId: 1, applicant: applicantFrom(person) })
