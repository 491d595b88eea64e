package dev.varve.checks;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Compiles small bad classes, so that each rule can show that it finds them.
///
/// Immutable.
final class CompiledFixture {
    private static final Pattern PACKAGE = Pattern.compile("package ([a-z0-9.]+);");
    private static final Pattern TYPE = Pattern.compile("(?:class|interface|record|enum) (\\w+)");

    private CompiledFixture() {}

    /// Compiles one top-level type per text into `folder` and reads the classes back.
    static JavaClasses compile(Path folder, String... texts) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> units = Stream.of(texts).map(CompiledFixture::unit).toList();
        List<String> options = List.of("-d", folder.toString(), "-proc:none");
        if (!compiler.getTask(null, null, null, options, null, units).call()) {
            throw new AssertionError("a fixture does not compile");
        }
        return new ClassFileImporter().importPath(folder);
    }

    private static JavaFileObject unit(String text) {
        String name = find(PACKAGE, text).replace('.', '/') + "/" + find(TYPE, text) + ".java";
        URI place = URI.create("string:///" + name);
        return new SimpleJavaFileObject(place, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError("no " + pattern + " in: " + text);
        }
        return matcher.group(1);
    }
}
