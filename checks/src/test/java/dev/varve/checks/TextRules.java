package dev.varve.checks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What holds for the text of files, whatever it means.
///
/// Immutable.
final class TextRules {
    static final int MAX_FILE_LINES = 800;
    static final int WISHED_FILE_LINES = 500;
    static final int MAX_LINE_COLUMNS = 100;

    private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b");
    private static final Pattern CODE_IN_COMMENT = Pattern.compile("^\\s*//(?!/)\\s.*[;{}]\\s*$");

    /// Where somebody's machine shows through: home and work folders, and hosts of private
    /// networks.
    private static final Pattern MACHINE = Pattern.compile(
            "(?<![\\w.}$/-])/(home|root|Users|work)/\\w"
                    + "|\\b[a-z0-9-]+\\.(internal|intranet|corp|lan)\\b(?!\\.)",
            Pattern.CASE_INSENSITIVE);

    /// Trailers and remarks of tools that wrote a text.
    private static final Pattern TOOL_REMARK = Pattern.compile(
            "(co-authored-by|generated (by|with) (an? )?(ai|assistant|model)\\b|as an ai\\b)",
            Pattern.CASE_INSENSITIVE);

    private TextRules() {}

    static List<Finding> filesThatAreTooLong(SourceTree tree, int maxLines) {
        var findings = new ArrayList<Finding>();
        for (Path file : tree.java(true)) {
            int lines = tree.lines(file).size();
            if (lines > maxLines) {
                findings.add(new Finding(tree.place(file),
                        lines + " lines, at most " + maxLines));
            }
        }
        return findings;
    }

    /// Lines that hold a text for people are let be: the formatter breaks neither annotations nor
    /// the constants of an enum.
    static List<Finding> linesThatAreTooLong(SourceTree tree) {
        return matching(tree, tree.java(false), "longer than " + MAX_LINE_COLUMNS + " columns",
                line -> line.codePointCount(0, line.length()) > MAX_LINE_COLUMNS
                        && line.indexOf('"') < 0);
    }

    static List<Finding> tabs(SourceTree tree) {
        return matching(tree, tree.java(false), "a tab", line -> line.indexOf('\t') >= 0);
    }

    static List<Finding> unfinishedWork(SourceTree tree) {
        return matching(tree, tree.java(false), "unfinished work", found(UNFINISHED));
    }

    static List<Finding> commentedOutCode(SourceTree tree) {
        return matching(tree, tree.java(false), "code in a comment", found(CODE_IN_COMMENT));
    }

    static List<Finding> machineNames(SourceTree tree) {
        return matching(tree, tree.files(), "a path or host of one machine", found(MACHINE));
    }

    static List<Finding> toolRemarks(SourceTree tree) {
        return matching(tree, tree.files(), "a tool's remark", found(TOOL_REMARK));
    }

    /// Packages whose `package-info` is missing or leaves null unmarked.
    static List<Finding> packagesWithoutNullMarked(SourceTree tree) {
        return tree.java(true)
                .stream()
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !isNullMarked(tree, folder.resolve("package-info.java")))
                .map(folder -> new Finding(tree.place(folder), "package-info with @NullMarked"))
                .toList();
    }

    private static boolean isNullMarked(SourceTree tree, Path packageInfo) {
        return tree.files().contains(packageInfo)
                && tree.lines(packageInfo).stream().anyMatch("@NullMarked"::equals);
    }

    private static Predicate<String> found(Pattern pattern) {
        return line -> pattern.matcher(line).find();
    }

    private static List<Finding> matching(
            SourceTree tree,
            List<Path> files,
            String what,
            Predicate<String> breach) {
        var findings = new ArrayList<Finding>();
        for (Path file : files) {
            if (file.endsWith("TextRules.java") || file.endsWith("TextRulesTest.java")) {
                continue;
            }
            List<String> lines = tree.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (breach.test(lines.get(i))) {
                    findings.add(new Finding(tree.place(file),
                            what + " in line " + (i + 1) + ": " + lines.get(i).strip()));
                }
            }
        }
        return findings;
    }
}
