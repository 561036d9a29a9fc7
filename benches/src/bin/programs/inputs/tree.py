# Writes a tree to JSON, and reads it back.
import json

tree = [{"name": f"n{i}", "list": [i, i / 3, {"x": None, "text": "y" * (i % 90)}]} for i in range(150_000)]
for _ in range(2):
    text = json.dumps(tree)
    assert json.loads(text)[7]["name"] == "n7"
print(len(text))
