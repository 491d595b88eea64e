package dev.varve.cli;

import dev.varve.env.StorageException;
import dev.varve.env.StorageException.Kind;
import dev.varve.server.S3Keys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `varve keys`.
@Command(name = "keys",
        description = "Show the keys that S3 clients sign with. They are made at the first start of a"
                + " server on the folder.",
        footer = {
                "",
                "Examples:",
                "  varve keys --data DIR",
                "  eval \"$(varve keys --data DIR --export)\" && aws --endpoint-url"
                        + " http://127.0.0.1:9000 s3 ls"})
final class KeysCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DataFolder folder = new DataFolder();

    @Option(names = "--export", description = "As shell commands that set the AWS variables.")
    private boolean export;

    @Override
    public void run() {
        var keys = S3Keys.read(folder.path())
                .orElseThrow(() -> new StorageException(
                        Kind.ABSENT, "data (" + folder.path()
                                + ") must be a folder that a server has been started on"));
        var out = spec.commandLine().getOut();
        if (export) {
            out.println("export AWS_ACCESS_KEY_ID=" + keys.accessKey());
            out.println("export AWS_SECRET_ACCESS_KEY=" + keys.secretKey());
        } else {
            out.println("access key  " + keys.accessKey());
            out.println("secret key  " + keys.secretKey());
        }
    }
}
