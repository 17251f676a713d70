/** Makes an alert seen and heard. */

import { say } from '../ui/Toasts';
import { type Alert, priceText } from './alerts';

let audio: AudioContext | null = null;

/** To be called when somebody does something: browsers let a page sound only after that. */
export function allowSound(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
  } catch {
    audio = null;
  }
}

/** Two tones, a third apart. */
export function ring(): void {
  allowSound();
  if (!audio) return;
  for (const [index, hertz] of [880, 1_108.7].entries()) tone(audio, hertz, index * 0.16);
}

function tone(context: AudioContext, hertz: number, afterS: number): void {
  const start = context.currentTime + afterS;
  const voice = context.createOscillator();
  const volume = context.createGain();
  voice.frequency.value = hertz;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.2, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
  voice.connect(volume).connect(context.destination);
  voice.start(start);
  voice.stop(start + 0.6);
}

export type Permission = 'granted' | 'denied' | 'default' | 'none';

export function permission(): Permission {
  return typeof Notification === 'undefined' ? 'none' : Notification.permission;
}

/** Asks whether the browser may tell of alerts; only ever because somebody pressed a button. */
export async function askPermission(): Promise<Permission> {
  if (typeof Notification === 'undefined') return 'none';
  return Notification.requestPermission();
}

export function notify(alert: Alert, show: () => void): void {
  const text = `${alert.symbol} reached ${priceText(alert.price)}`;
  say(alert.note ? `${text}: ${alert.note}` : text, { label: 'Show', run: show });
  if (permission() !== 'granted') return;
  try {
    const told = new Notification(text, { body: alert.note, tag: alert.id });
    told.onclick = () => {
      window.focus();
      show();
      told.close();
    };
  } catch {
    // Some phones only let a service worker tell; the words in the page were said.
  }
}
