// The names in which a station says what to do, as people of the simulation understand them. The station's own lists are held against these by a test.

/** Of fingers on the glass. */
export const fingerAdviceNames = [
  'place_fingers',
  'clean_glass',
  'wrong_hand',
  'move_up',
  'move_to_centre',
  'spread_fingers',
  'wrong_finger_count',
  'straighten_hand',
  'press_harder',
  'dry_fingers',
  'press_softer',
] as const
export type HandAdvice = (typeof fingerAdviceNames)[number]

export const eyeAdviceNames = [
  'look_into_camera',
  'come_closer',
  'move_back',
  'center_eye',
  'open_wide',
  'look_straight',
  'avoid_reflections',
  'hold_still',
  'adjust_light',
] as const
export type EyeAdvice = (typeof eyeAdviceNames)[number]

export const faceAdviceNames = [
  'look_at_camera',
  'one_person_only',
  'come_closer',
  'move_back',
  'center_face',
  'hold_head_upright',
  'face_straight',
  'raise_chin',
  'lower_chin',
  'more_light',
  'less_light',
  'even_light',
  'change_backdrop',
  'open_eyes',
  'close_mouth',
  'hold_still',
] as const
export type FaceAdvice = (typeof faceAdviceNames)[number]

export const isHandAdvice = (name: string): name is HandAdvice => (fingerAdviceNames as readonly string[]).includes(name)
export const isEyeAdvice = (name: string): name is EyeAdvice => (eyeAdviceNames as readonly string[]).includes(name)
export const isFaceAdvice = (name: string): name is FaceAdvice => (faceAdviceNames as readonly string[]).includes(name)
