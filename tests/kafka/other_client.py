"""OtherClient.java as a command, on the jars that the broker runs on."""
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BROKER = HERE.parents[1] / "deploy/kafka/broker"


def command(*arguments):
    jars = subprocess.run([BROKER, "fetch"], check=True, capture_output=True, text=True, timeout=300).stdout.strip()
    return ["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp", f"{jars}/*", str(HERE / "OtherClient.java"), *arguments]
