// The 69 features of NFIQ 2 v2.2.0 by name and place, and how a list of block values becomes twelve of them.

/** Upper limits of the bins 0 to 8 of each histogram; the last bin is open (NFIQ 2 v2.2.0, ISO/IEC 29794-4). */
const binLimits = {
  FDA: [0.268, 0.304, 0.33, 0.355, 0.38, 0.407, 0.44, 0.5, 1],
  LCS: [0, 0.7, 0.74, 0.77, 0.79, 0.81, 0.83, 0.85, 0.87],
  OCL: [0.337, 0.479, 0.579, 0.655, 0.716, 0.766, 0.81, 0.852, 0.898],
  OF: [1.715e-2, 3.5e-2, 5.57e-2, 8.1e-2, 1.15e-1, 1.718e-1, 2.569e-1, 4.758e-1, 7.48e-1],
  RVUP: [0.5, 0.667, 0.8, 1, 1.25, 1.5, 2, 24, 30],
} as const

type HistogramName = keyof typeof binLimits

const bins = (name: HistogramName): string[] =>
  [...Array.from({ length: 10 }, (_, bin) => `${bin}`), 'Mean', 'StdDev'].map((part) => `${name}_Bin10_${part}`)

/** In the order in which the forest of NFIQ 2 takes them. */
export const featureNames: readonly string[] = [
  ...bins('FDA'),
  'FingerJetFX_MinCount_COMMinRect200x200',
  'FingerJetFX_MinutiaeCount',
  'FJFXPos_Mu_MinutiaeQuality_2',
  'FJFXPos_OCL_MinutiaeQuality_80',
  'ImgProcROIArea_Mean',
  ...bins('LCS'),
  'MMB',
  'Mu',
  ...bins('OCL'),
  ...bins('OF'),
  'OrientationMap_ROIFilter_CoherenceRel',
  'OrientationMap_ROIFilter_CoherenceSum',
  ...bins('RVUP'),
]

/** Where each group begins in `featureNames`. */
export const featureAt = {
  FDA: 0,
  minutiaeInMiddle: 12,
  minutiae: 13,
  minutiaeGrey: 14,
  minutiaeClarity: 15,
  roiMean: 16,
  LCS: 17,
  meanOfBlocks: 29,
  mean: 30,
  OCL: 31,
  OF: 43,
  coherenceRelative: 55,
  coherenceSum: 56,
  RVUP: 57,
} as const

/** Values of one group of blocks, as many as come: twice as large when full. */
export class ValueList {
  private values = new Float64Array(256)
  private count = 0

  add(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(2 * this.count)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.count++] = value
  }

  /** Ten counts, mean and population standard deviation of the values into `features`; all zero when there is none. */
  intoFeatures(features: Float64Array, name: HistogramName): void {
    const at = featureAt[name]
    const limits = binLimits[name]
    let sum = 0
    let squares = 0
    for (let i = 0; i < this.count; i++) {
      const value = this.values[i]!
      sum += value
      squares += value * value
      let bin = 0
      while (bin < 9 && value >= limits[bin]!) bin++
      features[at + bin]! += 1
    }
    const mean = this.count === 0 ? 0 : sum / this.count
    features[at + 10] = mean
    features[at + 11] = this.count === 0 ? 0 : Math.sqrt(Math.max(0, squares / this.count - mean * mean))
  }
}
