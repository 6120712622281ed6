/** Designs that lost, kept runnable by name: each file says why. They are in no default matrix. */
import type { Strategy } from "../strategy.ts";
import { eagerSwap } from "./eager_swap.ts";
import { greedySwap } from "./greedy_swap.ts";
import { patientRings } from "./patient_rings.ts";
import { ticketSwap } from "./ticket_swap.ts";

export const ALTERNATIVES: readonly Strategy[] = [greedySwap, ticketSwap, eagerSwap, patientRings];
