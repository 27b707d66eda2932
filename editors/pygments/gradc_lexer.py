"""gradc_lexer.py: gradc for Pygments: pygmentize -x -l gradc_lexer.py:GradcLexer model.nn

In Sphinx, in conf.py: `from gradc_lexer import GradcLexer` and
`def setup(app): app.add_lexer("gradc", GradcLexer)`."""
from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

__all__ = ["GradcLexer"]

NAME = "[A-Za-z_\u0391-\u03c9\u00b5][A-Za-z0-9_\u0391-\u03c9\u00b5]*"
REDUCTIONS = ("sum", "prod", "max", "min", "mean", "any", "all", "argmax", "argmin", "logsumexp")


class GradcLexer(RegexLexer):
    name = "gradc"
    aliases = ["gradc"]
    filenames = ["*.nn"]
    tokens = {
        "root": [
            (r"\s+", Text),
            (r"#.*", Comment.Single),
            (r'"[^"\n]*"', String),
            (r"all\s+but\b", Keyword.Declaration),
            (words(("dim", "export", "given", "group", "import", "precision", "rule", "wrt"), prefix=r"\b", suffix=r"\b"),
             Keyword.Declaration),
            (words(("checkpoint", "else", "for", "if", "in", "require", "return", "then", "update", "while"),
                   prefix=r"\b", suffix=r"\b"), Keyword),
            (words(("and", "not", "or"), prefix=r"\b", suffix=r"\b"), Operator.Word),
            (words(("float32", "float64", "int", "real", "size"), prefix=r"\b", suffix=r"\b"), Keyword.Type),
            (words(("false", "inf", "new", "pi", "true"), prefix=r"\b", suffix=r"\b"), Keyword.Constant),
            (words(REDUCTIONS, prefix=r"\b", suffix=r"(?=\[[^\]]*\]\()"), Name.Builtin),
            (NAME + r"(?=\()", Name.Function),
            (NAME, Name),
            (r"[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+", Number.Float),
            (r"[0-9]+", Number.Integer),
            (r"\.\.\.?|[!<>=]=|\|\|?|[-+*/@^=<>']", Operator),
            (r"[()\[\]{},:;.]", Punctuation),
        ]
    }
