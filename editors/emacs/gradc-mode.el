;;; gradc-mode.el --- Major mode for gradc programs -*- lexical-binding: t -*-

;;; Commentary:
;; Colours and comments.  With Eglot (Emacs 29) `M-x eglot' starts gradc --lsp.

;;; Code:

(defvar gradc-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?' "." table)
    (modify-syntax-entry ?| "." table)
    table))

(defvar gradc-font-lock-keywords
  `((,(regexp-opt '("dim" "export" "given" "group" "import" "precision" "rule" "wrt"
                    "checkpoint" "else" "for" "if" "in" "require" "return" "then" "update" "while"
                    "and" "not" "or")
                  'symbols)
     . font-lock-keyword-face)
    ("\\_<all[ \t]+but\\_>" . font-lock-keyword-face)
    (,(regexp-opt '("float32" "float64" "int" "real" "size") 'symbols) . font-lock-type-face)
    (,(regexp-opt '("false" "inf" "new" "pi" "true") 'symbols) . font-lock-constant-face)
    ("^[ \t]*\\(\\(?:\\sw\\|\\s_\\)+\\)([^=\n]*)[ \t]*\\(?:=\\|{\\)" 1 font-lock-function-name-face)))

;;;###autoload
(define-derived-mode gradc-mode prog-mode "gradc"
  "Major mode for gradc programs."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local font-lock-defaults '(gradc-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.nn\\'" . gradc-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(gradc-mode "gradc" "--lsp")))

(provide 'gradc-mode)
;;; gradc-mode.el ends here
