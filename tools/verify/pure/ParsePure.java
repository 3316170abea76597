import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.finos.legend.engine.language.pure.grammar.from.PureGrammarParser;

/**
 * Reads lines of Pure in base64 from standard input and answers each with `ok`, or with what Legend's
 * parser says of it on one line. Run as a source file: java -cp CLASSPATH ParsePure.java
 */
public final class ParsePure {
  public static void main(String[] arguments) throws Exception {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PureGrammarParser parser = PureGrammarParser.newInstance();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String text = new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8);
      answers.println(verdict(parser, text));
    }
  }

  private static String verdict(PureGrammarParser parser, String text) {
    try {
      parser.parseLambda(text, "", 0, 0, true);
      return "ok";
    } catch (RuntimeException refusal) {
      return String.valueOf(refusal.getMessage()).replaceAll("\\s+", " ");
    }
  }
}
