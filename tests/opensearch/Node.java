import java.io.IOException;
import java.nio.file.Path;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * One node of OpenSearch in this JVM, over plain HTTP on the loopback address: `java -cp … Node.java PORT FOLDER`.
 * It prints `ready` when it answers, and ends with its standard input, so it never outlives who started it.
 */
class Node {
    public static void main(final String[] arguments) throws IOException {
        final String port = arguments[0];
        final Path folder = Path.of(arguments[1]);
        final OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("http.port", port);
            settings.put("network.host", "127.0.0.1");
        }).build(OpenSearchRunner.newConfigs()
                .basePath(folder.toString())
                .clusterName("parlance-tests")
                .numOfNode(1));
        runner.ensureYellow();
        System.out.println("ready");
        System.out.flush();
        while (System.in.read() >= 0) {
            // Only its end matters.
        }
        runner.close();
    }
}
