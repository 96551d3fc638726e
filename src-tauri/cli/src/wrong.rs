//! A call that cannot be understood, in one line: what is wrong, and where the right form stands.

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use copydesk_desk::wire::Lang;

use crate::call::Call;

/// The line for `error`. `args` are those of the call, without the program.
pub fn sentence(error: &clap::Error, args: &[String], lang: Lang) -> String {
    let command = Call::command();
    let given = args.first().filter(|name| command.find_subcommand(name.as_str()).is_some());
    let help = given.map_or_else(|| "copydesk --help".to_owned(), |name| format!("copydesk {name} --help"));
    let what = what(error, args, lang);
    match lang {
        Lang::Fr => format!("{what} Voyez «\u{a0}{help}\u{a0}»."),
        Lang::En => format!("{what} See {help}."),
    }
}

fn what(error: &clap::Error, args: &[String], lang: Lang) -> String {
    let of = |kind| error.get(kind).map(words).unwrap_or_default();
    let (arg, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    match (error.kind(), lang) {
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, lang) => {
            let valid = of(ContextKind::ValidValue);
            match (value.is_empty(), lang) {
                (true, Lang::Fr) => format!("{arg} attend une valeur."),
                (true, Lang::En) => format!("{arg} needs a value."),
                (false, Lang::Fr) if valid.is_empty() => {
                    format!("«\u{a0}{value}\u{a0}» ne convient pas à {arg}.")
                }
                (false, Lang::En) if valid.is_empty() => format!("“{value}” is no value of {arg}."),
                (false, Lang::Fr) => {
                    format!("«\u{a0}{value}\u{a0}» ne convient pas à {arg}, qui prend {valid}.")
                }
                (false, Lang::En) => format!("“{value}” is no value of {arg}, which takes {valid}."),
            }
        }
        (ErrorKind::MissingRequiredArgument, Lang::Fr) => format!("Il manque {arg}."),
        (ErrorKind::MissingRequiredArgument, Lang::En) => format!("{arg} is missing."),
        (ErrorKind::UnknownArgument, Lang::Fr) => format!("L’option {arg} n’existe pas."),
        (ErrorKind::UnknownArgument, Lang::En) => format!("There is no option {arg}."),
        // Two words where one folder or a command is awaited.
        (ErrorKind::ArgumentConflict | ErrorKind::InvalidSubcommand, lang) if !arg.starts_with('-') => {
            let first = args.first().map(String::as_str).unwrap_or_default();
            match lang {
                Lang::Fr => format!(
                    "«\u{a0}{first}\u{a0}» n’est pas une commande, et une fenêtre n’ouvre qu’un dossier ou un article."
                ),
                Lang::En => format!("“{first}” is no command, and a window opens one folder or article."),
            }
        }
        (ErrorKind::ArgumentConflict, lang) => {
            let other = of(ContextKind::PriorArg);
            match lang {
                Lang::Fr => format!("{arg} ne va pas avec {other}."),
                Lang::En => format!("{arg} does not go with {other}."),
            }
        }
        (_, _) => {
            let text = error.to_string();
            text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned() + "."
        }
    }
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(word) => word.clone(),
        ContextValue::Strings(words) => words.join(", "),
        other => other.to_string(),
    }
}
