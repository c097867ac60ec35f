"""Files with fixed names in a shared folder."""


def save(number, data):
    with open("/tmp/report.txt", "w") as file:  # expect: python-predictable-temporary-file
        file.write(data)
    with open(f"/tmp/report-{number}.txt", "wb") as file:  # expect: python-predictable-temporary-file
        file.write(data)
