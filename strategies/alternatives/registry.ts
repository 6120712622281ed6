/** Designs that lost but can still be run by name; each file says why it lost. None is in a default matrix. */
import type { Strategy } from "../strategy.ts";
import { eagerSwap } from "./eager_swap.ts";
import { greedySwap } from "./greedy_swap.ts";
import { patientRings } from "./patient_rings.ts";
import { ticketSwap } from "./ticket_swap.ts";

export const ALTERNATIVES: readonly Strategy[] = [greedySwap, ticketSwap, eagerSwap, patientRings];
