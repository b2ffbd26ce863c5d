import type { AgentState } from '@fusion-kit/domain/agent';
import type { DeliveryState } from '@fusion-kit/domain/message';
import type { RunState } from '@fusion-kit/domain/run';
import type { TaskPhase, TaskState } from '@fusion-kit/domain/task';
import {
  IconAlertTriangleFilled,
  IconBan,
  IconCheck,
  IconChecks,
  IconCircle,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleDotted,
  IconCircleMinus,
  IconCircleXFilled,
  IconClock,
  IconGitMerge,
  IconHistory,
  IconHourglass,
  IconMoonStars,
  IconPlayerPauseFilled,
  IconPower,
  IconProgress,
  IconShieldCheck,
  IconUserCheck,
  IconUserQuestion,
  type Icon,
} from '@tabler/icons-react';

export type Tone = 'live' | 'good' | 'bad' | 'wait' | 'near' | 'rest';
export interface Look {
  tone: Tone;
  icon: Icon;
  /** Turns slowly while the state lasts. */
  turns?: boolean;
  /** When the state's own name is not the word. */
  word?: string;
}

/** How a task is shown where its state and phase do not say what matters: its result is another run's, a person is asked, nothing is heard of it. */
export type TaskMark = 'kept' | 'asking' | 'stalled';
export type AnyState = AgentState | TaskState | RunState | TaskPhase | DeliveryState | 'checking' | TaskMark;

/** One look for each state of anything, always shown with its word: colour alone says nothing. */
export const LOOKS: Record<AnyState, Look> = {
  spawning: { tone: 'near', icon: IconCircleDashed, turns: true },
  idle: { tone: 'rest', icon: IconMoonStars },
  working: { tone: 'live', icon: IconProgress, turns: true },
  paused: { tone: 'wait', icon: IconPlayerPauseFilled },
  error: { tone: 'bad', icon: IconAlertTriangleFilled },
  terminated: { tone: 'rest', icon: IconPower },
  queued: { tone: 'rest', icon: IconCircleDotted },
  assigned: { tone: 'near', icon: IconUserCheck },
  running: { tone: 'live', icon: IconProgress, turns: true },
  completed: { tone: 'good', icon: IconCircleCheckFilled },
  failed: { tone: 'bad', icon: IconCircleXFilled },
  cancelled: { tone: 'rest', icon: IconBan },
  skipped: { tone: 'rest', icon: IconCircleMinus },
  preparing: { tone: 'near', icon: IconCircleDashed, turns: true },
  parked: { tone: 'wait', icon: IconHourglass },
  verifying: { tone: 'live', icon: IconShieldCheck },
  landing: { tone: 'live', icon: IconGitMerge },
  checking: { tone: 'live', icon: IconShieldCheck },
  pending: { tone: 'rest', icon: IconClock },
  delivered: { tone: 'near', icon: IconCheck },
  acknowledged: { tone: 'good', icon: IconChecks },
  expired: { tone: 'wait', icon: IconCircle },
  kept: { tone: 'good', icon: IconHistory },
  asking: { tone: 'wait', icon: IconUserQuestion, word: 'needs an answer' },
  stalled: { tone: 'bad', icon: IconAlertTriangleFilled },
};
