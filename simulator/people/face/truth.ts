// What is known of a drawn face, from the same geometry that draws it: where its points lie in the picture and how far eyes and mouth are open.

import type { FacePresentation, FaceTruth } from '../person.js'
import { expressed, lidEdges, lidPoint } from './expression.js'
import type { FaceForm } from './form.js'
import { project, type Vector } from './mesh.js'
import { cameraOf, posed, stance } from './render.js'

type Point = FaceTruth['chin']

const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
const apart = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y)

/** How far forward the tip of the chin and the lips lie at rest (head-shape.ts). */
const chinZMm = 84
const lipZMm = 93

export function faceTruth(form: FaceForm, presentation: FacePresentation = {}): FaceTruth {
  const at = stance(form, presentation)
  const express = expressed(form, at)
  const pose = posed(at)
  const camera = cameraOf(at)
  const seen = (point: Vector) => project(camera, pose(point))
  const onSkin = (point: Vector) => seen(express(point))
  const eye = (side: 1 | -1) => {
    const corner = (out: 1 | -1) => seen(lidPoint(form, side, out, lidEdges(form, at.eyesOpen, out).lower))
    const gaps = [-0.4, -0.2, 0, 0.2, 0.4].map((out) => {
      const { upper, lower } = lidEdges(form, at.eyesOpen, out)
      return apart(seen(lidPoint(form, side, out, upper)), seen(lidPoint(form, side, out, lower)))
    })
    return { centre: middle(corner(-1), corner(1)), gap: Math.max(...gaps) }
  }
  const [right, left] = [eye(-1), eye(1)]
  const chin = onSkin([0, form.chinMm, chinZMm])
  const tMetricPx = apart(middle(right.centre, left.centre), chin)
  const lips = apart(onSkin([0, form.mouthMm - 0.3, lipZMm]), onSkin([0, form.mouthMm + 0.3, lipZMm]))
  return {
    rightEye: right.centre,
    leftEye: left.centre,
    chin,
    background: form.background,
    backdrop: at.backdrop,
    pose: { yawDeg: at.yawDeg, pitchDeg: at.pitchDeg, rollDeg: at.rollDeg },
    interEyePx: apart(right.centre, left.centre),
    eyeOpening: Math.min(right.gap, left.gap) / tMetricPx,
    mouthOpening: at.mouthOpen > 0 ? lips / tMetricPx : 0,
  }
}
