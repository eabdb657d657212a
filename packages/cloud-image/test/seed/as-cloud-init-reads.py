"""Says what Debian's cloud-init makes of the user-data on standard input, as JSON.

Its own classes do the work: parts are found and decoded, cloud-configs merged, scripts written, users made out.
"""
import json
import os
import sys
import tempfile

from cloudinit import handlers, helpers, user_data, util
from cloudinit.distros import fetch, ug_util
from cloudinit.handlers.cloud_config import CloudConfigPartHandler
from cloudinit.handlers.jinja_template import JinjaTemplatePartHandler
from cloudinit.handlers.shell_script import ShellScriptPartHandler

DEFAULT_USER = {"name": "debian", "shell": "/bin/bash", "groups": ["adm"], "lock_passwd": True}


class DataSource:
    def get_instance_id(self):
        return "i-test"


def handled(text, paths):
    """The merged cloud-config, and the types of all parts."""
    config = CloudConfigPartHandler(paths)
    script = ShellScriptPartHandler(paths)
    jinja = JinjaTemplatePartHandler(paths, sub_handlers=[config, script])
    by_type = helpers.ContentHandlers()
    types = []
    for handler in (config, script, jinja):
        by_type.register(handler)
        handlers.call_begin(handler, None, "always")

    def each(data, name, payload, headers):
        types.append(headers["Content-Type"])
        handlers.walker_callback(data, name, payload, headers)

    data = {"handlers": by_type, "data": None, "frequency": "once-per-instance", "excluded": []}
    handlers.walk(user_data.UserDataProcessor(paths).process(text), each, data)
    for handler in (config, script, jinja):
        handlers.call_end(handler, None, "always")
    return util.read_conf(config.cloud_fn), types


def main():
    with tempfile.TemporaryDirectory() as folder:
        paths = helpers.Paths({"cloud_dir": folder, "run_dir": folder}, ds=DataSource())
        script_folder = paths.get_ipath_cur("scripts")
        os.makedirs(script_folder)
        with open(os.path.join(folder, "instance-data-sensitive.json"), "w", encoding="utf-8") as file:
            json.dump({"v1": {"local_hostname": "rendered"}}, file)
        config, types = handled(sys.stdin.buffer.read(), paths)
        scripts = []
        for name in sorted(os.listdir(script_folder)):
            with open(os.path.join(script_folder, name), encoding="utf-8") as file:
                scripts.append(file.read())
        distro = fetch("debian")("debian", {"default_user": DEFAULT_USER}, paths)
        users, _ = ug_util.normalize_users_groups({"users": ["default"], **config}, distro)
        default = ug_util.extract_default({name: dict(user) for name, user in users.items()})[0]
        print(json.dumps({"types": types, "config": config, "scripts": scripts, "users": users, "default": default}, default=repr))


main()
