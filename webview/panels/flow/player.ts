// Goes through the visible steps: plays each, waits until it can be read, takes the next. Knows what to show only through its
// face, so that a test can play a story without a browser.
import { readingTime } from '../../scene/plan.ts';
import type { Replay } from '../../scene/replay.ts';

export interface PlayerFace {
  /** The picture and the words after a jump. */
  show(): void;
  /** The words of the step that is about to be played. */
  tell(): void;
  /** The picture on its way; resolves when it has arrived or was overtaken. */
  animate(speed: number): Promise<unknown>;
  /** The toolbar. */
  update(): void;
  wait(ms: number): Promise<void>;
  speed(): number;
  /** More steps may still come. */
  running(): boolean;
}

/** ms for a step of usual length, at ×1. */
const READING = 1_500;
/** ms to look at where a jump has led, before going on from there. */
const LOOK = 600;
/** ms between looks for more steps, when the end has been reached and the source still runs. */
const POLL = 250;

/** ms: nobody sees pictures that come faster. */
const FRAME = 16;

/** How many steps are taken at once: more than one when each would be seen for less than a frame. */
function strideOf(speed: number): number {
  return Math.max(1, Math.floor((FRAME * speed) / READING));
}

export class Player {
  private readonly face: PlayerFace;
  private replay: Replay | undefined;
  private on = false;
  /** Grows with every change of place, so that what has been overtaken knows it. */
  private turn = 0;

  constructor(face: PlayerFace) {
    this.face = face;
  }

  get playing(): boolean {
    return this.on;
  }

  setReplay(replay: Replay): void {
    this.replay = replay;
    this.stop();
  }

  toggle(): void {
    if (this.on) this.pause();
    else this.play();
  }

  play(): void {
    const { replay } = this;
    if (!replay || replay.visible.length === 0) return;
    if (replay.atEnd && !this.face.running()) replay.seek(-1);
    this.on = true;
    this.face.show();
    void this.go(replay, ++this.turn);
  }

  pause(): void {
    this.stop();
    this.face.show();
  }

  step(by: -1 | 1): void {
    const { replay } = this;
    this.stop();
    const moved = replay?.seek(replay.cursor + by) ?? false;
    if (!moved || by < 0) {
      this.face.show();
      return;
    }
    this.face.tell();
    void this.face.animate(Math.max(1, this.face.speed()));
  }

  /** Goes to the n-th visible step; goes on from there when it was playing. */
  seek(index: number): void {
    const { replay } = this;
    if (!replay) return;
    const turn = ++this.turn;
    replay.seek(index);
    this.face.show();
    if (this.on) void this.face.wait(LOOK).then(() => this.go(replay, turn));
  }

  /** Goes to a position of the story and stays there. */
  visit(position: number): void {
    this.stop();
    this.replay?.seekPosition(position);
    this.face.show();
  }

  stop(): void {
    this.on = false;
    this.turn++;
  }

  private async go(replay: Replay, turn: number): Promise<void> {
    const overtaken = (): boolean => turn !== this.turn;
    while (!overtaken()) {
      if (replay.atEnd) {
        if (!this.face.running()) break;
        await this.face.wait(POLL);
        continue;
      }
      const stride = strideOf(this.face.speed());
      replay.seek(replay.cursor + stride);
      if (stride > 1) {
        this.face.show();
        await this.face.wait(FRAME);
        continue;
      }
      this.face.tell();
      await this.face.animate(this.face.speed());
      if (overtaken()) return;
      const step = replay.story.steps[replay.position];
      await this.face.wait(readingTime(step?.text ?? '') / this.face.speed());
    }
    if (overtaken()) return;
    this.on = false;
    this.face.show();
  }
}
