//! The hand-offs: how messages get from the producers' threads to the consumer, which runs on the caller's.
use crate::messages::Messages;
use crate::output::Output;
use crate::task::Task;
use std::mem;
use std::sync::mpsc::{sync_channel, Receiver, SyncSender};
use std::sync::{Barrier, Condvar, Mutex};
use std::thread;
use std::time::Instant;

/// Spreads the producers over threads, each producer run to its end. The clock starts just before they are released,
/// and stops before threads are joined and memory is given back.
fn run<S: Fn(&[u8]) + Send>(
    task: &Task,
    mut sender: impl FnMut() -> S,
    end: impl Fn(S) + Sync,
    output: &mut Output,
    consume: impl FnOnce(&mut Output),
) {
    let (prepared, released) = (threads_and_consumer(task), threads_and_consumer(task));
    let messages = Messages::new(task);
    thread::scope(|scope| {
        for worker in 0..task.workers {
            let (prepared, released, end) = (&prepared, &released, &end);
            let (mut messages, send) = (messages.clone(), sender());
            scope.spawn(move || {
                prepared.wait();
                released.wait();
                for producer in (worker..task.producers).step_by(task.workers as usize) {
                    messages.each(producer, task.messages, &send);
                }
                end(send);
            });
        }
        drop(sender);
        prepared.wait();
        let start = Instant::now();
        released.wait();
        consume(output);
        output.finish(start);
    })
}

fn threads_and_consumer(task: &Task) -> Barrier {
    Barrier::new(task.workers as usize + 1)
}

struct Buffer {
    bytes: Vec<u8>,
    open: u32,
    consumer_sleeps: bool,
    producers_sleep: bool,
}

/// A buffer under a lock: producers append, the consumer swaps it for an empty one and writes without the lock.
pub fn swap(task: &Task, output: &mut Output) {
    let capacity = task.capacity.max(task.message_bytes);
    let buffer = Mutex::new(Buffer {
        bytes: Vec::with_capacity(capacity),
        open: task.workers,
        consumer_sleeps: false,
        producers_sleep: false,
    });
    let (filled, emptied) = (Condvar::new(), Condvar::new());
    let sender = || {
        |message: &[u8]| {
            let mut buffer = buffer.lock().unwrap();
            while buffer.bytes.len() + message.len() > capacity {
                buffer.producers_sleep = true;
                buffer = emptied.wait(buffer).unwrap();
            }
            buffer.bytes.extend_from_slice(message);
            // Nobody is called while the consumer is awake: a call costs more than the message.
            if mem::take(&mut buffer.consumer_sleeps) {
                filled.notify_one();
            }
        }
    };
    let end = |_| {
        buffer.lock().unwrap().open -= 1;
        filled.notify_one();
    };
    let mut taken = Vec::with_capacity(capacity);
    let consume = |output: &mut Output| loop {
        let mut shared = buffer.lock().unwrap();
        while shared.bytes.is_empty() && shared.open > 0 {
            shared.consumer_sleeps = true;
            shared = filled.wait(shared).unwrap();
        }
        mem::swap(&mut shared.bytes, &mut taken);
        if mem::take(&mut shared.producers_sleep) {
            emptied.notify_all();
        }
        drop(shared);
        if taken.is_empty() {
            return;
        }
        output.write(&taken);
        taken.clear();
    };
    run(task, sender, end, output, consume)
}

/// Of the channel's memory, for a message of a few bytes: with a slot for each byte of the capacity it would take 64 MiB.
const SLOT_BYTES: usize = 16;

/// std::sync::mpsc, bounded: a write for each message, or for all that are there.
pub fn mpsc(task: &Task, batch: bool, output: &mut Output) {
    if task.message_bytes == 1 {
        channel(task, batch, output, |message| [message[0]])
    } else {
        channel(task, batch, output, |message| message.to_vec())
    }
}

fn channel<M: AsRef<[u8]> + Send>(
    task: &Task,
    batch: bool,
    output: &mut Output,
    make: impl Fn(&[u8]) -> M + Copy + Send,
) {
    let (sender, receiver): (SyncSender<M>, Receiver<M>) =
        sync_channel((task.capacity / task.message_bytes.max(SLOT_BYTES)).max(1));
    let most = task.capacity;
    let senders = move || {
        let sender = sender.clone();
        move |message: &[u8]| sender.send(make(message)).expect("the consumer lives")
    };
    let mut taken = Vec::with_capacity(most);
    run(task, senders, drop, output, |output| {
        while let Ok(first) = receiver.recv() {
            if !batch {
                output.write(first.as_ref());
                continue;
            }
            taken.extend_from_slice(first.as_ref());
            while taken.len() + task.message_bytes <= most {
                let Ok(next) = receiver.try_recv() else { break };
                taken.extend_from_slice(next.as_ref());
            }
            output.write(&taken);
            taken.clear();
        }
    })
}
