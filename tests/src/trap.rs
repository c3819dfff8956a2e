//! `kill -9` of a process exactly at the n-th of its steps.

use rustix::process::{Pid, Signal, kill_process};
use std::sync::{Mutex, PoisonError};

/// On which side of a step a process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The step is asked for and not carried out.
    Before,
    /// The step is carried out and not answered.
    After,
}

/// Counts the steps of a process that pass by, and kills it at one of them.
#[derive(Debug, Default)]
pub struct Trap(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    steps: u32,
    set: Option<Set>,
}

#[derive(Clone, Copy, Debug)]
struct Set {
    process: Pid,
    step: u32,
    moment: Moment,
}

impl Trap {
    /// Begins to count anew and kills the process at its n-th step from now on, the first being 1.
    pub fn set(&self, process_id: u32, step: u32, moment: Moment) {
        let process = Pid::from_raw(process_id.cast_signed()).unwrap();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            State { steps: 0, set: Some(Set { process, step, moment }) };
    }

    /// Lets everything pass and begins to count anew.
    pub fn open(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// How many steps there were since the trap was set or opened.
    pub fn steps(&self) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).steps
    }

    /// Carries a step out, or kills the process before or after it; then nothing ever comes back.
    pub(crate) async fn pass<T>(&self, step: impl Future<Output = T>) -> T {
        let fatal = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.steps += 1;
            state.set.filter(|set| set.step == state.steps)
        };
        if let Some(Set { process, moment: Moment::Before, .. }) = fatal {
            die(process).await;
        }
        let done = step.await;
        if let Some(Set { process, .. }) = fatal {
            die(process).await;
        }
        done
    }
}

async fn die(process: Pid) {
    kill_process(process, Signal::KILL).unwrap();
    std::future::pending().await
}
