//! What went wrong, as one line and an exit status.

use copydesk_desk::error::Problem;
use copydesk_desk::wire::Lang;

/// Why the command ends early.
pub struct Failure {
    /// What, and how to mend it.
    pub sentence: String,
    /// 2: the call or an input is wrong; 3: a fault of the program or the machine.
    pub status: u8,
}

impl Failure {
    /// The call or an input is wrong.
    pub fn call(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), status: 2 }
    }

    /// The program or the machine failed.
    pub fn fault(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), status: 3 }
    }

    /// A problem of the desk.
    pub fn of(problem: &Problem, lang: Lang) -> Self {
        let (sentence, hint) = problem.words(lang);
        let sentence = format!("{sentence} {hint}").trim().replace('\n', " ");
        let status = match problem.code {
            "cannot_read" | "not_text" | "read_only" | "too_complex" | "bad_out" | "no_revision"
            | "no_version" | "not_an_article" => 2,
            _ => 3,
        };
        Self { sentence, status }
    }
}
