package dev.varve.checks;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/// What holds for the shape of the code, as the compiler's own parser sees it.
///
/// Immutable.
final class SyntaxRules {
    static final int MAX_METHOD_LINES = 70;

    private SyntaxRules() {}

    /// What one pass over all main files found.
    ///
    /// @param longMethods     methods longer than [#MAX_METHOD_LINES]
    /// @param undocumented    public types without a doc comment
    /// @param crowdedFiles    files with more than one public top-level type
    /// @param typesSeen       how many types were looked at
    record Findings(
            List<Finding> longMethods,
            List<Finding> undocumented,
            List<Finding> crowdedFiles,
            int typesSeen) {}

    /// Parses all main files of a tree.
    static Findings of(SourceTree tree) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT,
                null)) {
            var task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null,
                    files.getJavaFileObjectsFromPaths(tree.java(true)));
            var scanner = new Scanner(DocTrees.instance(task), tree);
            for (CompilationUnitTree unit : task.parse()) {
                scanner.scan(unit, null);
            }
            return scanner.findings();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Scanner extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final DocTrees docs;
        private final SourceTree tree;
        private final List<Finding> longMethods = new ArrayList<>();
        private final List<Finding> undocumented = new ArrayList<>();
        private final List<Finding> crowdedFiles = new ArrayList<>();
        private int typesSeen;

        Scanner(DocTrees docs, SourceTree tree) {
            this.docs = docs;
            this.tree = tree;
        }

        Findings findings() {
            return new Findings(longMethods, undocumented, crowdedFiles, typesSeen);
        }

        @Override
        public @Nullable Void visitCompilationUnit(CompilationUnitTree unit, @Nullable Void none) {
            long publicTypes = unit.getTypeDecls()
                    .stream()
                    .filter(ClassTree.class::isInstance)
                    .filter(it -> isPublic(((ClassTree) it).getModifiers()))
                    .count();
            if (publicTypes > 1) {
                crowdedFiles.add(finding(unit, publicTypes + " public types"));
            }
            return super.visitCompilationUnit(unit, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void none) {
            typesSeen++;
            boolean named = !type.getSimpleName().isEmpty();
            if (named && isPublic(type.getModifiers())
                    && docs.getDocCommentTree(getCurrentPath()) == null) {
                undocumented.add(finding(getCurrentPath().getCompilationUnit(),
                        "no doc comment on " + type.getSimpleName()));
            }
            return super.visitClass(type, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void none) {
            CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
            long lines = line(unit, method, true) - line(unit, method, false) + 1;
            if (lines > MAX_METHOD_LINES) {
                longMethods.add(finding(unit, method.getName() + " has " + lines + " lines"));
            }
            return super.visitMethod(method, null);
        }

        private long line(CompilationUnitTree unit, Tree node, boolean end) {
            var positions = docs.getSourcePositions();
            long position = end
                    ? positions.getEndPosition(unit, node)
                    : positions.getStartPosition(unit, node);
            return position < 0 ? 0 : unit.getLineMap().getLineNumber(position);
        }

        private Finding finding(CompilationUnitTree unit, String message) {
            return new Finding(tree.place(Path.of(unit.getSourceFile().toUri())), message);
        }

        private static boolean isPublic(ModifiersTree modifiers) {
            return modifiers.getFlags().contains(Modifier.PUBLIC);
        }
    }
}
