import type { Call } from "../call.ts";
import type { Region } from "./region.ts";

/** Does what an action of EC2 does in a region. It does it at once or fails before it changed anything: what takes time goes on afterwards. */
export type Action<Input extends object = never> = (region: Region, input: Input, call: Call) => object | undefined;

/** Actions by EC2's names. */
export type Actions = Readonly<Record<string, Action>>;
