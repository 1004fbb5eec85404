// A finger image as all `rekam finger` commands read it.

import { toPpi500 } from '../../kernels/finger/resample.js'
import { type GreyImage, readGreyImage } from '../../kernels/image/codec.js'
import { refuseHuge } from '../files.js'

/** As every kernel wants it: 8-bit grey at 500 ppi. @throws Fault of the codecs; file errors as Node gives them */
export async function readFinger(file: string): Promise<Omit<GreyImage, 'ppi'>> {
  await refuseHuge(file)
  const image = await readGreyImage(file)
  return toPpi500(image, image.ppi)
}
