export { type Rig, openRig, until } from './rig.ts';
export { type Person, type ServedPlane, servePlane } from './served.ts';
